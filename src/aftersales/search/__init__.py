"""One index of terms behind one search box; every document kind registers what it is found by."""
