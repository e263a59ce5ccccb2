"""What the tests of readers share."""

from budgetcheck.readers import layout_of
from budgetcheck.wording import load_wording

WORDING = load_wording()
LAYOUT = layout_of(WORDING)
