"""finews's commands: `crawl`, `doctor`, `owed`, `categories`, `reindex` and `demo`, and their common base."""
