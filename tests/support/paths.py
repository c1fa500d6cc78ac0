"""Where the checkout and its fixtures lie, for tests in any folder."""

from pathlib import Path

ROOT = Path(__file__).parents[2]
FIXTURES = ROOT / "tests" / "fixtures"
