"""Pure rules of subscription renewal: the standard library only, and the clock is always an argument."""
