"""Rules and wordings of our own for budgetcheck; all of it is data under `rules/`."""
