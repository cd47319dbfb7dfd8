"""GitHub, GitLab and Gitea as far as pull requests go, by their published APIs."""

from __future__ import annotations

from tests.standins.base import Answer, Asked, StandIn


class GitHubStandIn(StandIn):
    """https://docs.github.com/en/rest/pulls/pulls"""

    routes = (
        ("GET", r"/repos/([^/]+)/([^/]+)/pulls", "listed"),
        ("POST", r"/repos/([^/]+)/([^/]+)/pulls", "opened"),
    )

    def __init__(self) -> None:
        super().__init__()
        self.pulls: list[dict[str, object]] = []
        self.token = "good"

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
            "head": {"ref": body["head"]},
            "base": {"ref": body["base"]},
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
    )

    def __init__(self) -> None:
        super().__init__()
        self.merges: list[dict[str, object]] = []
        self.token = "good"

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
    )
    page_size = 2

    def __init__(self) -> None:
        super().__init__()
        self.pulls: list[dict[str, object]] = []
        self.token = "good"

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
            "head": {"ref": body["head"], "label": body["head"]},
            "base": {"ref": body["base"], "label": body["base"]},
        }
        self.pulls.append(pull)
        return Answer(201, pull)
