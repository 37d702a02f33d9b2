"""How a page looks: in light, in dark and on a telephone, with a picture of each and what axe-core says."""

from browser import LOOKS


def see(test, name):
    """Takes the three pictures of what is shown and fails where axe-core finds anything or a telephone has to scroll."""
    browser = test.browser
    for look in LOOKS:
        browser.look(look)
        browser.settle()
        browser.screenshot(f"{name}-{look}")
        with test.subTest(page=name, look=look):
            test.assertEqual(browser.axe(), [])
            width = browser.run("return document.documentElement.scrollWidth")
            test.assertLessEqual(width, LOOKS[look]["width"], "wider than the screen")
    browser.look("light")
