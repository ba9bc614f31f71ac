"""An explorer that acts at random in a real browser: `python -m tests.roam --minutes 20 --seed 1`.

It opens any state of any lab, hostile links, stories, and other pages; clicks, presses keys, drags, types, resizes,
goes back and forward, reloads, opens a second tab, and loses the network. After each action, once the page is still:

1. nothing has been thrown, and no error was written to the console or to the server's log;
2. the page has asked nobody but its own server;
3. it has come to rest, with its figures drawn;
4. it shows no error box, no apology, and no value that only a program would print;
5. every point of a curve is a number;
6. every id stands for one element, and there is one title;
7. nothing is wider than the window;
8. the address is one that the page itself writes;
9. the main slider, and the number it speaks, are those of that address;
10. back and forward again lead to the same address and picture, and so does loading the page again;
11. someone else who follows the address sees the same numbers, curves, and warnings;
12. a second tab shows what it showed when it was left;
13. after a time without network the page answers again;
14. at the end of a walk the page's memory has not grown.

What an address does not say, such as an answer that was given, is not compared.
"""
