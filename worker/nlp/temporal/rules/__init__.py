"""The grammar's rules, one file for each family of time expressions; each file ends with its `RULES`, in the order they are tried."""
