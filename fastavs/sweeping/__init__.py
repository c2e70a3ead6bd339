"""Many scenarios through all years of a study.

`sweep` takes the call, `plan` and `layout` make an index ready, `effects` turns scenarios into numbers, `blocks` puts
them together, `executing` runs them, `lines` gives groups and lines; `changed` is the slow way that rests on none.
"""
