"""Persons whose names are no personal data: everybody knows them, or they never lived.

Kept as code, not as a data file, so that a change to it makes the stage run anew. One name is
enough where a figure is known by it (Gandalf), but no name that people bear today.
"""

_TEXT = """
Abraham Lincoln, Adolf Hitler, Al Gore, Alexander Hamilton, Alexander the Great, Andrew Jackson,
Angela Merkel, Barack Obama, Benito Mussolini, Benjamin Franklin, Bernie Sanders, Bill Clinton,
Boris Johnson, Catherine the Great, Charles de Gaulle, Che Guevara, Cleopatra, Condoleezza Rice,
David Cameron, Deng Xiaoping, Desmond Tutu, Donald Trump, Dwight Eisenhower, Eleanor Roosevelt,
Elizabeth I, Elizabeth II, Elizabeth Warren, Emmanuel Macron, Fidel Castro, Franklin Roosevelt,
Franklin D. Roosevelt, Genghis Khan, George Bush, George W. Bush, George Washington, Gerald Ford,
Hannibal, Harry Truman, Henry Kissinger, Henry VIII, Hillary Clinton, Ho Chi Minh, Indira Gandhi,
James Madison, Jawaharlal Nehru, Jimmy Carter, Joan of Arc, Joe Biden, John Adams, John F.
Kennedy, John Kennedy, John McCain, Joseph Stalin, Josef Stalin, Julius Caesar, Justin Trudeau,
Kamala Harris, Karl Marx, Kim Jong Un, King Arthur, Lyndon Johnson, Mahatma Gandhi, Malcolm X, Mao
Zedong, Margaret Thatcher, Marie Antoinette, Martin Luther King, Martin Luther King Jr., Michelle
Obama, Mikhail Gorbachev, Mitt Romney, Mohandas Gandhi, Napoleon, Napoleon Bonaparte, Narendra
Modi, Nelson Mandela, Nancy Pelosi, Otto von Bismarck, Princess Diana, Queen Victoria, Recep
Tayyip Erdoğan, Richard Nixon, Robert Kennedy, Ronald Reagan, Rosa Parks, Ruth Bader Ginsburg,
Simon Bolivar, Theodore Roosevelt, Thomas Jefferson, Tony Blair, Ulysses Grant, Vladimir Lenin,
Vladimir Putin, Volodymyr Zelensky, William Howard Taft, William the Conqueror, Winston Churchill,
Woodrow Wilson, Xi Jinping,
Ada Lovelace, Adam Smith, Alan Turing, Albert Einstein, Alexander Fleming, Alexander Graham Bell,
Alexander von Humboldt, Alfred Nobel, Amelia Earhart, Antoine Lavoisier, Archimedes, Aristotle,
Bertrand Russell, Blaise Pascal, Buddha, Buzz Aldrin, Carl Friedrich Gauss, Carl Jung, Carl Sagan,
Charles Babbage, Charles Darwin, Christopher Columbus, Confucius, Dmitri Mendeleev, Donald Knuth,
Edward Jenner, Edwin Hubble, Emmy Noether, Enrico Fermi, Ernest Rutherford, Erwin Schrödinger,
Euclid, Ferdinand Magellan, Florence Nightingale, Francis Bacon, Francis Crick, Friedrich
Nietzsche, Galileo, Galileo Galilei, Georg Cantor, Gottfried Leibniz, Grace Hopper, Gregor Mendel,
Guglielmo Marconi, Hannah Arendt, Hippocrates, Immanuel Kant, Isaac Newton, Jacques Cousteau,
James Clerk Maxwell, James Cook, James Watson, James Watt, Jane Goodall, Jean Piaget, Jean-Jacques
Rousseau, Jean-Paul Sartre, Johannes Gutenberg, Johannes Kepler, John Locke, John Maynard Keynes,
John Stuart Mill, John von Neumann, Jonas Salk, Katherine Johnson, Leonhard Euler, Linus Torvalds,
Louis Pasteur, Ludwig Wittgenstein, Marco Polo, Maria Montessori, Marie Curie, Max Planck, Max
Weber, Michael Faraday, Michel Foucault, Milton Friedman, Neil Armstrong, Neil deGrasse Tyson,
Nicolaus Copernicus, Niels Bohr, Nikola Tesla, Noam Chomsky, Plato, Pythagoras, Rachel Carson,
René Descartes, Richard Dawkins, Richard Feynman, Robert Oppenheimer, Rosalind Franklin, Sally
Ride, Sigmund Freud, Simone de Beauvoir, Socrates, Stephen Hawking, Thomas Edison, Tim
Berners-Lee, Tycho Brahe, Vasco da Gama, Voltaire, Werner Heisenberg, William Harvey, Wright
Brothers, Yuri Gagarin,
Andrew Carnegie, Bill Gates, Elon Musk, Henry Ford, Howard Hughes, Jack Dorsey, Jack Ma, Jeff
Bezos, John D. Rockefeller, Larry Page, Mark Zuckerberg, Oprah Winfrey, Richard Branson, Sam
Altman, Satya Nadella, Sergey Brin, Steve Jobs, Steve Wozniak, Sundar Pichai, Tim Cook, Walt
Disney, Warren Buffett,
Agatha Christie, Albert Camus, Aldous Huxley, Alfred Hitchcock, Andy Warhol, Antonio Vivaldi,
Arthur Conan Doyle, Auguste Rodin, Beethoven, Bob Dylan, Bob Marley, Bob Ross, Brothers Grimm,
Charles Dickens, Charlie Chaplin, Charlotte Brontë, Claude Debussy, Claude Monet, Dan Brown, Dante
Alighieri, David Bowie, Donatello, Douglas Adams, Dr. Seuss, Edgar Allan Poe, Elvis Presley, Emily
Dickinson, Ernest Hemingway, F. Scott Fitzgerald, Franz Kafka, Franz Schubert, Freddie Mercury,
Frederic Chopin, Frida Kahlo, Fyodor Dostoevsky, Gabriel García Márquez, George Bernard Shaw,
George Lucas, George Orwell, George R.R. Martin, Gustav Klimt, H.G. Wells, Hans Christian
Andersen, Haruki Murakami, Henry David Thoreau, Herman Melville, Homer, Isaac Asimov, J.D.
Salinger, J.K. Rowling, J.R.R. Tolkien, Jack London, James Joyce, Jane Austen, Jimi Hendrix,
Johann Sebastian Bach, Johannes Brahms, John Keats, John Lennon, John Steinbeck, Jules Verne, Kurt
Cobain, Langston Hughes, Leo Tolstoy, Leonardo da Vinci, Lewis Carroll, Ludwig van Beethoven, Mark
Twain, Mary Shelley, Maya Angelou, Michael Jackson, Michelangelo, Miguel de Cervantes, Mozart,
Neil Gaiman, Oscar Wilde, Pablo Neruda, Pablo Picasso, Paul McCartney, Paul Simon, Philip K. Dick,
Pyotr Ilyich Tchaikovsky, Quentin Tarantino, Ralph Waldo Emerson, Ray Bradbury, Raymond Chandler,
Rembrandt, Ringo Starr, Roald Dahl, Robert Frost, Rudyard Kipling, Salvador Dali, Shakespeare,
Stan Lee, Stanley Kubrick, Stephen King, Steven Spielberg, Sylvia Plath, T.S. Eliot, Terry
Pratchett, Toni Morrison, Victor Hugo, Vincent van Gogh, Virginia Woolf, Walt Whitman, William
Blake, William Faulkner, William Shakespeare, William Wordsworth, Wolfgang Amadeus Mozart,
Anne Hathaway, Arnold Schwarzenegger, Audrey Hepburn, Babe Ruth, Beyoncé, Brad Pitt, Britney
Spears, Bruce Lee, Christopher Nolan, Clint Eastwood, Cristiano Ronaldo, David Beckham, Diego
Maradona, Emma Watson, Eminem, Halle Berry, Harrison Ford, Jackie Chan, Jackie Robinson, Jay-Z,
Jennifer Aniston, Jesse Owens, Johnny Depp, Justin Bieber, Kanye West, Kim Kardashian, Kobe
Bryant, Lady Gaga, LeBron James, Leonardo DiCaprio, Lionel Messi, Marilyn Monroe, Meryl Streep,
Michael Jordan, Michael Phelps, Mike Tyson, Morgan Freeman, Muhammad Ali, Novak Djokovic, Pelé,
Rafael Nadal, Rihanna, Robert De Niro, Robin Williams, Roger Federer, Scarlett Johansson, Serena
Williams, Simone Biles, Stephen Curry, Taylor Swift, Tiger Woods, Tom Brady, Tom Cruise, Tom
Hanks, Usain Bolt, Venus Williams, Will Smith,
Achilles, Aphrodite, Apollo, Athena, Hercules, Jesus, Jesus Christ, John the Baptist, Krishna,
Loki, Martin Luther, Mother Teresa, Odin, Odysseus, Pope Francis, Pope John Paul II, Poseidon,
Prometheus, Saint Nicholas, Thor, Zeus,
Alice in Wonderland, Anna Karenina, Aragorn, Atticus Finch, Bart Simpson, Batman, Bilbo Baggins,
Bruce Wayne, Bugs Bunny, Captain America, Captain Ahab, Captain Hook, Captain Kirk, Cinderella,
Clark Kent, Count Dracula, Daenerys Targaryen, Darth Vader, Donald Duck, Don Quixote, Doctor Who,
Dorian Gray, Dracula, Dumbledore, Easter Bunny, Ebenezer Scrooge, Edward Cullen, Elizabeth Bennet,
Ferris Bueller, Forrest Gump, Frankenstein, Fred Flintstone, Frodo, Frodo Baggins, Gandalf, Goku,
Hamlet, Han Solo, Hannibal Lecter, Harley Quinn, Harry Potter, Hermione Granger, Hello Kitty,
Homer Simpson, Huckleberry Finn, Humpty Dumpty, Indiana Jones, Iron Man, Jack Sparrow, James Bond,
Jane Eyre, Jay Gatsby, Jean Valjean, Joker, Jon Snow, Katniss Everdeen, King Lear, Lara Croft, Lex
Luthor, Lisa Simpson, Little Red Riding Hood, Lois Lane, Luke Skywalker, Macbeth, Mary Poppins,
Mickey Mouse, Minnie Mouse, Miss Marple, Naruto, Naruto Uzumaki, Nick Carraway, Obi-Wan Kenobi,
Oliver Twist, Othello, Peter Pan, Peter Parker, Pikachu, Pinocchio, Princess Leia, Rapunzel, Robin
Hood, Robinson Crusoe, Ron Weasley, Rumpelstiltskin, Santa Claus, Sauron, Scooby Doo, Severus
Snape, Sherlock Holmes, Shrek, Sleeping Beauty, Snow White, Sonic the Hedgehog, Spider-Man,
SpongeBob SquarePants, Spock, Superman, Tarzan, Tom Sawyer, Tony Soprano, Tony Stark, Tyrion
Lannister, Voldemort, Walter White, Willy Wonka, Winnie the Pooh, Wonder Woman, Yoda,
Jane Doe, Jane Roe, Joe Bloggs, John Doe, John Q. Public, Siri, Alexa, Cortana, ChatGPT, Bard,
Gemini, Llama,
"""


FIGURES = frozenset(" ".join(name.casefold().split()) for name in _TEXT.split(",") if name.strip())

_SURNAMES = """
baggins beethoven bezos claus confucius copernicus cratchit dalloway darcy descartes doubtfire
dracula dumbledore einstein frankenstein gandhi gatsby hitler jekyll mozart mussolini nietzsche
obama picasso poirot putin rochester scrooge shakespeare skywalker snape spock stalin trump
voldemort wonka zuckerberg
"""
SURNAMES = frozenset(_SURNAMES.split())
"""Enough behind a title, as hardly anybody else bears them."""
