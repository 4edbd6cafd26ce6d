"""What a run hands over: the rows in the formats that trainers read, and the pages about them."""
