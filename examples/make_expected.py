"""Write expected.json from what the linter finds in the planted reports. Read the difference before committing it."""

import json
from pathlib import Path

from budgetcheck import __version__, check
from budgetcheck.reports.machine import to_dict

folder = Path(__file__).parent
expected = {}
for path in sorted(folder.glob("*-planted.txt")):
    review = to_dict(check(path), __version__)
    review["document"]["path"] = path.name
    # Rules that have nothing to say on a report come and go without changing what it gives.
    review["outcomes"] = [outcome for outcome in review["outcomes"] if outcome["passed"] or outcome["failed"]]
    expected[path.name] = review
(folder / "expected.json").write_text(json.dumps(expected, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
