"""Every fault that delivery must survive, provoked on real processes; `make faults` writes a table of figures to out/faults.md."""
