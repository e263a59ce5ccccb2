"""Many reports in one run: each is checked in a process that it may ruin, and its rows are on disk at once.

`sources` finds the reports, an engine (`local` or `dask_engine`) has them checked, `journal` keeps each answer as it
comes, `dataset` turns journals into parts of Parquet, and `index` says which parts and rows are valid.
"""

from __future__ import annotations

from .jobs import Job, Settings, version_of

__all__ = ["Job", "Settings", "version_of"]
