"""Figures: what is counted, how small numbers are kept back, and what is read out of them. Pure."""
