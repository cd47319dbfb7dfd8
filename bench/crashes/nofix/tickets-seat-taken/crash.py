from tickets.app import create_app
from tickets.seats import Store

store = Store()
store.reserve("B4", "Somebody Else")
create_app(store).test_client().post("/orders", json={"seat": "B4", "name": "Sample Person", "card_token": "tok_sample"})
