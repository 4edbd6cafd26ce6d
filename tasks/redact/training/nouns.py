"""Things with capitals and numbers beside them that are no persons and no addresses."""

_DISHES = """
Apple Crumble|Beef Stew|Black Bean Soup|Butter Chicken|Caesar Salad|Caprese|Carrot Cake|Chili|
Chocolate Mousse|Cobb Salad|Dijon Mustard|Fried Rice|Garlic Bread|Greek Salad|Lasagna|
Lentil Curry|Lime Juice|Margherita Pizza|Minestrone|Olive Oil|Pad Thai|Parmesan|Pesto|Quinoa Bowl|
Ratatouille|Risotto|Rosemary|Sage Butter|Tikka Masala|Tomato Sauce|Vanilla Extract|Waldorf Salad
"""
_GOODS = """
Acer Swift 3|Air Fryer XL|Bluetooth Speaker|Canon EOS 90D|Coffee Maker|Desk Lamp|Galaxy S21|
Gaming Chair|Garden Hose|GeForce RTX 3080|Golang|Hiking Boots|iPhone 12|Java 17|JavaScript|Kindle|
Laptop Stand|Notebook|PostgreSQL 14|Pens|PlayStation 5|Python 3|Rain Jacket|Ruby on Rails|
Running Shoes|Scoop|Smart Watch|Tesla Model 3|Toyota Corolla|USB-C Hub|Water Bottle|Windows 11|
Yoga Mat|Xbox Series X|Instagram|Wikipedia|Excel|Photoshop|Django|Kafka|Jenkins|Julia|Pascal|Ada
"""
_TEAMS = """
Arsenal|Atletico Madrid|Bayern Munich|Boston Celtics|Chelsea|Chicago Bulls|Essex|Golden State|
Juventus|Kansas City|Leeds United|Leicestershire|Liverpool|Manchester City|Miami Heat|Milwaukee|
Montreal|New York Rangers|Real Madrid|San Diego|Somerset|Surrey|Toronto|Warwickshire|Yorkshire|
Inter Milan
"""
_TOPICS = """
Abstract Algebra|Answer Key|Bayes' Theorem|Chapter|Civil War|Cold War|Customer Success|
Deep Learning|Dessert|English Literature|Euler's Formula|Exercise|Fibonacci Sequence|Figure|
French Revolution|Genesis|Great Depression|Ice Age|Item|Marketing Plan|Milky Way|Mount Everest|
Newton's Second Law|Nobel Prize|Noun|Option|Photosynthesis|Pride and Prejudice|Project Manager|
Psalm|Pythagorean Theorem|Question|Renaissance|Roman Empire|Section|Short Story|Solar System|
Star Wars|Step|Table|Task|The Great Gatsby|Inception|Radiohead|Tales|Nirvana|Gladiator|Total Cost|
Unit Test|Verb|Victorian Era|Visit|World War II|World Cup
"""
_UNITS = """
cups|tbsp|teaspoons|g|kg|ml|oz|inches|cm|lbs|miles|GB|mg|°C|minutes|slices
"""


def _listed(text: str) -> tuple[str, ...]:
    return tuple(text.replace("\n", "").split("|"))


DISHES = _listed(_DISHES)
GOODS = _listed(_GOODS)
TEAMS = _listed(_TEAMS)
TOPICS = _listed(_TOPICS)
UNITS = _listed(_UNITS)
