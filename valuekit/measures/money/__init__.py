"""What is found of the money: cost of pathways, what moves it, value, and what the programme yields."""
