"""From a bare number to what it measures: units, money, ranges, bounds, changes, and what is counted.

`copy.py` is the text as these rules read it, `amounts.py` gives a number its unit, `refusals.py` says which numbers are none,
`ranges.py` joins amounts, `bounds.py` and `changes.py` read the words around, `counted.py` and `domains.py` find what is counted.
"""
