"""What tests in several folders use."""
