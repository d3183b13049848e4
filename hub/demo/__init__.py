"""The demonstration: partners of our own on real channels, a day of their traffic, and a check that all went as planned."""
