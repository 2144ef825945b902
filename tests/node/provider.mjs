// A real OpenID provider (npm oidc-provider), set up as FranceConnect and ProConnect are documented: asymmetric
// signatures, user info as a signed JWT, acr and amr, no parameter of PKCE announced unless asked for.
// Reads its settings as JSON from the environment; whoever comes is signed in as the person whom /be names.
import http from "node:http";
import { createRequire } from "node:module";
import path from "node:path";

const { modules, port, clients, jwks, alg, acr, amr, signedUserInfo } = JSON.parse(process.env.PROVIDER);
const require = createRequire(path.join(modules, "here.js"));
const { Provider } = await import(require.resolve("oidc-provider"));
const issuer = `http://127.0.0.1:${port}/api/v2`;
let person = {};
let pages = {};

const provider = new Provider(issuer, {
  clients: clients.map((client) => ({
    token_endpoint_auth_method: "client_secret_post",
    id_token_signed_response_alg: alg,
    ...(signedUserInfo ? { userinfo_signed_response_alg: alg } : {}),
    ...client,
  })),
  jwks,
  acrValues: ["eidas1", "eidas2", "eidas3"],
  claims: {
    openid: ["sub"],
    given_name: ["given_name"],
    family_name: ["family_name"],
    usual_name: ["usual_name"],
    birthdate: ["birthdate"],
    email: ["email"],
    acr: null,
    amr: null,
  },
  conformIdTokenClaims: true,
  enabledJWA: { idTokenSigningAlgValues: ["RS256", "ES256"], userinfoSigningAlgValues: ["RS256", "ES256"] },
  features: {
    devInteractions: { enabled: false },
    jwtUserinfo: { enabled: true },
    claimsParameter: { enabled: true },
    rpInitiatedLogout: {
      enabled: true,
      logoutSource: (ctx, form) => {
        ctx.body = `<!doctype html><html lang="en"><title>Out?</title><link rel="icon" href="data:,">${form}</html>`;
      },
    },
  },
  pkce: { required: () => false },
  interactions: { url: (ctx, interaction) => `/interaction/${interaction.uid}` },
  findAccount: (ctx, id) => ({
    accountId: id,
    claims: () => ({ sub: id, acr, ...(amr ? { amr } : {}), ...pages[id] }),
  }),
  cookies: { keys: ["only for tests"] },
});
provider.on("server_error", (ctx, error) => console.error(error));

const inner = provider.callback();
http
  .createServer(async (request, response) => {
    const url = new URL(request.url, issuer);
    if (url.pathname === "/be") {
      person = JSON.parse(url.searchParams.get("person"));
      pages[person.sub] = person;
      return response.end("ok");
    }
    if (url.pathname.startsWith("/interaction/")) {
      const { prompt, params, session } = await provider.interactionDetails(request, response);
      if (person.refuses) {
        return provider.interactionFinished(request, response, { error: "access_denied" });
      }
      if (prompt.name === "login") {
        const login = { accountId: person.sub, acr, ...(amr ? { amr } : {}) };
        return provider.interactionFinished(request, response, { login });
      }
      const grant = new provider.Grant({ accountId: session.accountId, clientId: params.client_id });
      grant.addOIDCScope(params.scope);
      grant.addOIDCClaims(["acr", "amr"]);
      return provider.interactionFinished(request, response, { consent: { grantId: await grant.save() } });
    }
    // The issuer ends in /api/v2, as theirs does.
    request.originalUrl = request.url;
    request.url = request.url.replace(/^\/api\/v2/, "") || "/";
    return inner(request, response);
  })
  .listen(port, "127.0.0.1", () => console.log("ready"));
