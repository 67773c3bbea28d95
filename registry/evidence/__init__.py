"""Evidence of a case as one ZIP: originals, capture data, steps, and proof that nothing was altered since."""
