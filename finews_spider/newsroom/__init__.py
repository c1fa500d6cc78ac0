"""The newsroom: a small stand-in for the real sites, served on loopback for the demo, the tests and the tools."""
