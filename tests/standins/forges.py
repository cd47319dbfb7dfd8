"""GitHub, GitLab and Gitea as far as pull requests go, by their published APIs."""

from __future__ import annotations

from tests.standins.base import Answer, Asked, StandIn


class GitHubStandIn(StandIn):
    """https://docs.github.com/en/rest/pulls/pulls"""

    routes = (
        ("GET", r"/repos/([^/]+)/([^/]+)/pulls", "listed"),
        ("POST", r"/repos/([^/]+)/([^/]+)/pulls", "opened"),
        ("GET", r"/repos/([^/]+)/([^/]+)/pulls/(\d+)", "one"),
        ("GET", r"/repositories/1/pulls/(\d+)", "one_by_id"),
        ("GET", r"/repos/([^/]+)/([^/]+)/(pulls|issues)/(\d+)/(reviews|comments)", "written"),
    )

    def __init__(self) -> None:
        super().__init__()
        self.pulls: list[dict[str, object]] = []
        self.said: dict[str, list[dict[str, object]]] = {}
        """By ``pulls/reviews``, ``pulls/comments`` or ``issues/comments``; pages of two."""
        self.token = "good"
        self.renamed = False

    def one(self, asked: Asked, owner: str, name: str, number: str) -> Answer:
        if self.renamed:
            message = {"message": "Moved Permanently", "url": f"{self.url}/repositories/1/pulls/{number}"}
            return Answer(301, message, {"Location": f"{self.url}/repositories/1/pulls/{number}"})
        return self.one_by_id(asked, number)

    def one_by_id(self, asked: Asked, number: str) -> Answer:
        if (refused := self._refused(asked)) is not None:
            return refused
        return next(
            (Answer(200, pull) for pull in self.pulls if pull["number"] == int(number)), Answer(404, {"message": "Not Found"})
        )

    def written(self, asked: Asked, owner: str, name: str, place: str, number: str, sort: str) -> Answer:
        if (refused := self._refused(asked)) is not None:
            return refused
        rows, page = self.said.get(f"{place}/{sort}", []), int(asked.query.get("page", "1"))
        link = f'<{self.url}{asked.path}?page={page + 1}>; rel="next"'
        return Answer(200, rows[page * 2 - 2 : page * 2], {"Link": link} if len(rows) > page * 2 else {})

    def listed(self, asked: Asked, owner: str, name: str) -> Answer:
        if (refused := self._refused(asked)) is not None:
            return refused
        head = asked.query.get("head", "").removeprefix(f"{owner}:")
        rows = [pull for pull in reversed(self.pulls) if not head or pull["head"]["ref"] == head]
        return Answer(200, [row for row in rows if asked.query.get("state") == "all" or row["state"] == "open"])

    def opened(self, asked: Asked, owner: str, name: str) -> Answer:
        if (refused := self._refused(asked)) is not None:
            return refused
        body = asked.body
        if any(pull["head"]["ref"] == body["head"] and pull["state"] == "open" for pull in self.pulls):
            errors = [{"resource": "PullRequest", "message": f"A pull request already exists for {owner}:{body['head']}."}]
            return Answer(422, {"message": "Validation Failed", "errors": errors})
        number = len(self.pulls) + 1
        pull = {
            "number": number,
            "html_url": f"https://github.example/{owner}/{name}/pull/{number}",
            "state": "open",
            "merged_at": None,
            "title": body["title"],
            "body": body["body"],
            "draft": body["draft"],
            "head": {"ref": body["head"], "repo": {"id": 1}},
            "base": {"ref": body["base"], "repo": {"id": 1}},
            "updated_at": "2026-01-01T00:00:00Z",
            "merge_commit_sha": "e" * 40,
            "unheard_of": {"nested": [None]},
        }
        self.pulls.append(pull)
        return Answer(201, pull)

    def _refused(self, asked: Asked) -> Answer | None:
        if asked.headers.get("Authorization") != f"Bearer {self.token}":
            return Answer(401, {"message": "Bad credentials", "documentation_url": "https://docs.github.com/rest"})
        return None


class GitLabStandIn(StandIn):
    """https://docs.gitlab.com/api/merge_requests/"""

    routes = (
        ("GET", r"/api/v4/projects/([^/]+)/merge_requests", "listed"),
        ("POST", r"/api/v4/projects/([^/]+)/merge_requests", "opened"),
        ("GET", r"/api/v4/projects/([^/]+)/merge_requests/(\d+)", "one"),
        ("GET", r"/api/v4/projects/([^/]+)/merge_requests/(\d+)/notes", "noted"),
    )

    def __init__(self) -> None:
        super().__init__()
        self.merges: list[dict[str, object]] = []
        self.notes: list[dict[str, object]] = []
        self.token = "good"

    def one(self, asked: Asked, project: str, number: str) -> Answer:
        found = [row for row in self.merges if row["iid"] == int(number)]
        return Answer(200, found[0]) if found else Answer(404, {"message": "404 Not found"})

    def noted(self, asked: Asked, project: str, number: str) -> Answer:
        return Answer(200, self.notes)

    def listed(self, asked: Asked, project: str) -> Answer:
        if asked.headers.get("Private-Token", asked.headers.get("PRIVATE-TOKEN")) != self.token:
            return Answer(401, {"message": "401 Unauthorized"})
        head = asked.query.get("source_branch")
        return Answer(200, [row for row in reversed(self.merges) if row["source_branch"] == head])

    def opened(self, asked: Asked, project: str) -> Answer:
        body = asked.body
        if any(row["source_branch"] == body["source_branch"] and row["state"] == "opened" for row in self.merges):
            return Answer(409, {"message": ["Another open merge request already exists for this source branch: !1"]})
        row = {
            "id": 900 + len(self.merges),
            "iid": len(self.merges) + 1,
            "state": "opened",
            "title": body["title"],
            "description": body["description"],
            "source_branch": body["source_branch"],
            "source_project_id": 5,
            "target_project_id": 5,
            "updated_at": "2026-01-01T00:00:00.000Z",
            "target_branch": body["target_branch"],
            "web_url": f"https://gitlab.example/{project}/-/merge_requests/{len(self.merges) + 1}",
        }
        self.merges.append(row)
        return Answer(201, row)


class GiteaStandIn(StandIn):
    """https://docs.gitea.com/api/ (issueListPullRequests, repoCreatePullRequest); pages of ``page_size`` rows."""

    routes = (
        ("GET", r"/api/v1/repos/([^/]+)/([^/]+)/pulls", "listed"),
        ("POST", r"/api/v1/repos/([^/]+)/([^/]+)/pulls", "opened"),
        ("GET", r"/api/v1/repos/([^/]+)/([^/]+)/pulls/(\d+)", "one"),
        ("GET", r"/api/v1/repos/([^/]+)/([^/]+)/((?:pulls|issues)/\d+/[a-z0-9/]+)", "written"),
    )
    page_size = 2

    def __init__(self) -> None:
        super().__init__()
        self.pulls: list[dict[str, object]] = []
        self.said: dict[str, list[dict[str, object]]] = {}
        """By the path after the repository's."""
        self.token = "good"

    def one(self, asked: Asked, owner: str, name: str, number: str) -> Answer:
        found = [pull for pull in self.pulls if pull["number"] == int(number)]
        return Answer(200, found[0]) if found else Answer(404, {"message": "The target couldn't be found."})

    def written(self, asked: Asked, owner: str, name: str, place: str) -> Answer:
        return Answer(200, self.said.get(place, []))

    def listed(self, asked: Asked, owner: str, name: str) -> Answer:
        if asked.headers.get("Authorization") != f"token {self.token}":
            return Answer(401, {"message": "token is required", "url": "/api/swagger"})
        page = int(asked.query.get("page", "1"))
        rows = list(reversed(self.pulls))[(page - 1) * self.page_size : page * self.page_size]
        more = len(self.pulls) > page * self.page_size
        link = f'<{self.url}{asked.path}?page={page + 1}&state=all>; rel="next",<{self.url}{asked.path}?page=9>; rel="last"'
        return Answer(200, rows, {"Link": link} if more else {})

    def opened(self, asked: Asked, owner: str, name: str) -> Answer:
        body = asked.body
        if any(pull["head"]["ref"] == body["head"] and pull["state"] == "open" for pull in self.pulls):
            return Answer(409, {"message": "pull request already exists for these targets", "url": "/api/swagger"})
        number = len(self.pulls) + 1
        pull = {
            "number": number,
            "html_url": f"https://gitea.example/{owner}/{name}/pulls/{number}",
            "state": "open",
            "merged": False,
            "title": body["title"],
            "body": body["body"],
            "head": {"ref": body["head"], "label": body["head"], "repo_id": 3},
            "base": {"ref": body["base"], "label": body["base"], "repo_id": 3},
            "updated_at": "2026-01-01T00:00:00Z",
        }
        self.pulls.append(pull)
        return Answer(201, pull)
