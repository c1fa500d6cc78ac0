"""What every run leaves and says: a report, its judgement beside earlier ones, and its renderings."""
