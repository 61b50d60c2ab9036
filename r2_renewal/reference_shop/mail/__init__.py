"""The shop's mail: letters in Polish, written into a table with what they tell of, sent later by a real mail server."""
