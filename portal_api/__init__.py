"""The portal shows: it writes by handing in messages and reads projections."""
