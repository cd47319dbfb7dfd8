from bs4 import BeautifulSoup


def trigger():
    page = "<body class='dark wide'><p>Hello</p><body id='main'>"
    soup = BeautifulSoup(page, "html5lib", multi_valued_attributes=None)
    return soup.body.attrs
