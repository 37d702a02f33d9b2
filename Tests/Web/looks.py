"""How a page looks: in light, in dark and on a telephone, with a picture of each and what axe-core says."""

from browser import LOOKS


def see(test, name, address=None):
    """Takes the three pictures of what is shown and fails where axe-core finds anything or a telephone has to scroll.

    A page with an address is opened anew each time, as who comes with a telephone would.
    """
    browser = test.browser
    for look in LOOKS:
        browser.look(look)
        if address is not None:
            browser.open(address)
            browser.find("main h1")
        browser.settle()
        browser.screenshot(f"{name}-{look}")
        with test.subTest(page=name, look=look):
            test.assertEqual(browser.axe(), [])
            width = browser.run("return document.documentElement.scrollWidth")
            test.assertLessEqual(width, LOOKS[look]["width"], "wider than the screen")
    browser.look("light")
