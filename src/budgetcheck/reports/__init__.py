"""Reviews for people and programs."""
