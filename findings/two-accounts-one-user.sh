#!/usr/bin/env bash
# better-auth 1.7.25 and @auth/core 0.41.3 (Node), django-allauth 65.22.1 (Python), with their own providers for HubSpot: a person
# who uses two accounts of HubSpot gives consent for the first one, and then for the second one.
#
# Expected: two connections, each with its own tokens, or a message that there is one already. HubSpot's tokens are for one account
# (`hub_id`), a person chooses the account when they give consent, and HubSpot documents that a user is the same one in all
# accounts that it belongs to (`user_id`).
# Seen: all three recognize a connection by `user_id` alone, and none reads `hub_id`. better-auth and django-allauth replace the
# tokens of the first account with those of the second one. @auth/core keeps those of the first account and drops the new ones.
# Each consent ends with success, and nothing is reported.
#
# Output, seen twice with Node 20.20.2 and Python 3.11.7:
#   better-auth 1.7.25, sign in twice: 1 connection, tokens for 202, ended at /done and /done
#   better-auth 1.7.25, sign in and link: 1 connection, tokens for 202, ended at /done and /done
#   @auth/core 0.41.3, sign in twice: 1 connection, tokens for 101, ended at /done and /done
#   django-allauth 65.22.1, login twice: 1 connection, tokens for 202, ended at /done and /done
#   django-allauth 65.22.1, login and connect: 1 connection, tokens for 202, ended at /done and /accounts/3rdparty/
#
# What follows: a program that synchronizes the first account reads and writes the second one from then on, or the other way
# round, and each call succeeds. An agency has one user in the accounts of all of its customers. A program has to store tokens by
# `hub_id`, which the information about a token contains, and compare it before it replaces tokens. Needs npm, python3 with venv,
# and the registries of the two. Exits with 1 if the behaviour is another one.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

# HubSpot: the code of a consent is the letter of its account, and so are the tokens.
cat > hubspot.mjs <<'JS'
export const HUBS = { A: 101, B: 202 };
const json = (body) => new Response(JSON.stringify(body), { headers: { "content-type": "application/json" } });
globalThis.fetch = async (input, init = {}) => {
  const url = new URL(input.url ?? input);
  if (url.hostname !== "api.hubapi.com") throw new Error(`unexpected: ${url}`);
  if (url.pathname === "/oauth/v1/token") {
    const account = new URLSearchParams(init.body.toString()).get("code");
    return json({ token_type: "bearer", access_token: account, refresh_token: `r${account}`, expires_in: 1800 });
  }
  const token = url.pathname.split("/").pop();
  const about = { token, token_type: "access", app_id: 1, expires_in: 1800, scopes: ["oauth"] };
  return json({ ...about, user: "ada@example.com", user_id: 7, hub_id: HUBS[token], hub_domain: `${token}.example.com` });
};

export const ORIGIN = "http://localhost:3000";
// A browser with cookies.
export function browser(handle) {
  const cookies = new Map();
  return async (method, path, body, type = "application/json") => {
    const headers = { origin: ORIGIN, cookie: [...cookies].map((pair) => pair.join("=")).join("; ") };
    if (body) headers["content-type"] = type;
    const response = await handle(new Request(ORIGIN + path, { method, headers, body }));
    for (const line of response.headers.getSetCookie()) {
      const [, name, value] = /^([^=]*)=([^;]*)/.exec(line);
      value ? cookies.set(name, value) : cookies.delete(name);
    }
    return response;
  };
}
export function show(what, tokens, ends) {
  const stored = tokens.map((token) => HUBS[token]).join(" ");
  const places = ends.map((end) => new URL(end, ORIGIN).pathname).join(" and ");
  console.log(`${what}: ${tokens.length} connection, tokens for ${stored}, ended at ${places}`);
}
JS

cat > better-auth.mjs <<'JS'
import { browser, ORIGIN, show } from "./hubspot.mjs";
import { betterAuth } from "better-auth";
import { memoryAdapter } from "better-auth/adapters/memory";
import { genericOAuth, hubspot } from "better-auth/plugins/generic-oauth";

for (const [what, second] of [["sign in twice", "/sign-in/social"], ["sign in and link", "/link-social"]]) {
  const stored = { user: [], account: [], session: [], verification: [] };
  const auth = betterAuth({
    baseURL: ORIGIN,
    secret: "a secret with more than 32 characters, for this script",
    database: memoryAdapter(stored),
    logger: { disabled: true },
    account: { accountLinking: { trustedProviders: ["hubspot"] } },
    plugins: [genericOAuth({ config: [hubspot({ clientId: "id", clientSecret: "secret" })] })],
  });
  const open = browser(auth.handler);
  const consent = async (path, code) => {
    const body = JSON.stringify({ provider: "hubspot", callbackURL: "/done", errorCallbackURL: "/failed" });
    const { url } = await (await open("POST", `/api/auth${path}`, body)).json();
    const query = new URLSearchParams({ code, state: new URL(url).searchParams.get("state") });
    return (await open("GET", `/api/auth/callback/hubspot?${query}`)).headers.get("location");
  };
  const ends = [await consent("/sign-in/social", "A"), await consent(second, "B")];
  show(`better-auth 1.7.25, ${what}`, stored.account.map(({ accessToken }) => accessToken), ends);
}
JS

cat > auth-core.mjs <<'JS'
import { browser, ORIGIN, show } from "./hubspot.mjs";
import { Auth } from "@auth/core";
import HubSpot from "@auth/core/providers/hubspot";

const [users, accounts, sessions] = [[], [], []];
const byId = (id) => users.find((user) => user.id === id) ?? null;
const adapter = {
  createUser: async (user) => users[users.push({ ...user, id: `${users.length + 1}` }) - 1],
  getUser: async (id) => byId(id),
  getUserByEmail: async (email) => users.find((user) => user.email === email) ?? null,
  getUserByAccount: async ({ provider, providerAccountId: id }) =>
    byId(accounts.find((one) => one.provider === provider && one.providerAccountId === id)?.userId),
  updateUser: async (user) => Object.assign(byId(user.id), user),
  linkAccount: async (account) => void accounts.push(account),
  createSession: async (session) => sessions[sessions.push(session) - 1],
  getSessionAndUser: async (token) => {
    const session = sessions.find(({ sessionToken }) => sessionToken === token);
    return session ? { session, user: byId(session.userId) } : null;
  },
  updateSession: async (session) => session,
  deleteSession: async () => {},
};
const config = {
  adapter,
  basePath: "/auth",
  secret: "a secret with more than 32 characters, for this script",
  trustHost: true,
  providers: [HubSpot({ clientId: "id", clientSecret: "secret" })],
};
const open = browser((request) => Auth(request, config));
const consent = async (code) => {
  const { csrfToken } = await (await open("GET", "/auth/csrf")).json();
  const form = new URLSearchParams({ csrfToken, callbackUrl: `${ORIGIN}/done` }).toString();
  const started = await open("POST", "/auth/signin/hubspot", form, "application/x-www-form-urlencoded");
  const state = new URL(started.headers.get("location")).searchParams.get("state");
  const query = new URLSearchParams({ code, ...(state && { state }) });
  return (await open("GET", `/auth/callback/hubspot?${query}`)).headers.get("location");
};
const ends = [await consent("A"), await consent("B")];
show("@auth/core 0.41.3, sign in twice", accounts.map((account) => account.access_token), ends);
JS

cat > allauth_.py <<'PY'
import json
from urllib.parse import parse_qs, urlsplit

import django
import requests
from django.conf import settings
from requests.adapters import HTTPAdapter

HUBS = {"A": 101, "B": 202}
settings.configure(
    ALLOWED_HOSTS=["*"],
    AUTHENTICATION_BACKENDS=["allauth.account.auth_backends.AuthenticationBackend"],
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
    DEFAULT_AUTO_FIELD="django.db.models.AutoField",
    INSTALLED_APPS=[
        "django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions", "django.contrib.messages",
        "allauth", "allauth.account", "allauth.socialaccount", "allauth.socialaccount.providers.hubspot",
    ],
    LOGIN_REDIRECT_URL="/done",
    MIDDLEWARE=[
        "django.contrib.sessions.middleware.SessionMiddleware", "django.contrib.auth.middleware.AuthenticationMiddleware",
        "django.contrib.messages.middleware.MessageMiddleware", "allauth.account.middleware.AccountMiddleware",
    ],
    ROOT_URLCONF="__main__",
    SECRET_KEY="a secret with more than 32 characters, for this script",
    SOCIALACCOUNT_LOGIN_ON_GET=True,
    SOCIALACCOUNT_PROVIDERS={"hubspot": {"APP": {"client_id": "id", "secret": "secret"}}},
    SOCIALACCOUNT_STORE_TOKENS=True,
    TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}],
    USE_TZ=True,
)
django.setup()

from allauth.socialaccount.models import SocialAccount, SocialToken
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.test import Client
from django.urls import include, path

urlpatterns = [path("accounts/", include("allauth.urls"))]


def send(self, request, **_):
    url = urlsplit(request.url)
    assert url.hostname == "api.hubapi.com"
    if url.path == "/oauth/v1/token":
        body = request.body if isinstance(request.body, str) else request.body.decode()
        account = parse_qs(body)["code"][0]
        reply = {"token_type": "bearer", "access_token": account, "refresh_token": f"r{account}", "expires_in": 1800}
    else:
        token = url.path.split("/")[-1]
        reply = {
            "token": token, "token_type": "access", "app_id": 1, "expires_in": 1800, "scopes": ["oauth"],
            "user": "ada@example.com", "user_id": 7, "hub_id": HUBS[token], "hub_domain": f"{token}.example.com",
        }
    response = requests.Response()
    response.status_code, response.url, response.request = 200, request.url, request
    response.headers["content-type"] = "application/json"
    response._content = json.dumps(reply).encode()
    return response


HTTPAdapter.send = send
call_command("migrate", verbosity=0)
for what, second in (("login twice", "login"), ("login and connect", "connect")):
    SocialAccount.objects.all().delete()
    get_user_model().objects.all().delete()
    browser = Client()

    def consent(process, code):
        started = browser.get("/accounts/hubspot/login/", {"process": process})
        state = parse_qs(urlsplit(started["location"]).query)["state"][0]
        return browser.get("/accounts/hubspot/login/callback/", {"code": code, "state": state})["location"]

    ends = [consent("login", "A"), consent(second, "B")]
    stored = " ".join(str(HUBS[one.token]) for one in SocialToken.objects.all())
    count = SocialAccount.objects.count()
    print(f"django-allauth 65.22.1, {what}: {count} connection, tokens for {stored}, ended at {' and '.join(ends)}")
PY

npm init -y > log
npm install --silent --no-fund --no-audit --ignore-scripts better-auth@1.7.25 @auth/core@0.41.3 &
python3 -m venv python
python/bin/pip install --quiet --no-compile --disable-pip-version-check 'django-allauth[socialaccount]==65.22.1' Django==5.2.19
wait $!
{
  node better-auth.mjs
  node auth-core.mjs
  python/bin/python allauth_.py
} | tee seen
diff seen - <<'TEXT'
better-auth 1.7.25, sign in twice: 1 connection, tokens for 202, ended at /done and /done
better-auth 1.7.25, sign in and link: 1 connection, tokens for 202, ended at /done and /done
@auth/core 0.41.3, sign in twice: 1 connection, tokens for 101, ended at /done and /done
django-allauth 65.22.1, login twice: 1 connection, tokens for 202, ended at /done and /done
django-allauth 65.22.1, login and connect: 1 connection, tokens for 202, ended at /done and /accounts/3rdparty/
TEXT
