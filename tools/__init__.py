"""Programs that make runs and that are no tests: benchmarks, kills, fuzzing."""
