import httpx


def answer(request):
    return httpx.Response(204)


def trigger():
    with httpx.Client(transport=httpx.MockTransport(answer)) as client:
        response = client.delete("http://orders.example.com/7")
        return [response.status_code, list(response.iter_lines())]
