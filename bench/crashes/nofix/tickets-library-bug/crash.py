from tickets.app import create_app

create_app().test_client().get("/hall")
