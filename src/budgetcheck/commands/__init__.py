"""One module for each thing that `budgetcheck` does."""
