"""The places that news comes from, one module each. Pure: the text of an answer in, refs or an Article out."""
