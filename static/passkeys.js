/* Passkeys: makes one, signs in with one, and offers them while the e-mail address is typed. Without script the forms stay hidden. */
(() => {
  "use strict";
  const form = document.querySelector("form[data-passkey]");
  const keys = window.PublicKeyCredential;
  if (!form || !keys?.parseRequestOptionsFromJSON || !keys.prototype.toJSON) return;

  const adds = form.dataset.passkey === "add";
  const failed = form.querySelector("[data-passkey-failed]");
  let waiting = null;

  const options = async () => {
    const url = form.dataset.optionsUrl;
    const held = document.getElementById("passkey-options");
    const data = url ? await (await fetch(url, { headers: { Accept: "application/json" } })).json() : JSON.parse(held.textContent);
    return (data.creation_options || data.request_options).publicKey;
  };
  const make = async () => {
    const wanted = await options();
    wanted.authenticatorSelection = { ...wanted.authenticatorSelection, residentKey: "required", requireResidentKey: true };
    return navigator.credentials.create({ publicKey: keys.parseCreationOptionsFromJSON(wanted) });
  };
  const use = async (mediation) => {
    waiting?.abort();
    waiting = new AbortController();
    const publicKey = keys.parseRequestOptionsFromJSON(await options());
    return navigator.credentials.get({ publicKey, mediation, signal: waiting.signal });
  };
  const send = (credential) => {
    form.elements.credential.value = JSON.stringify(credential.toJSON());
    form.submit();
  };

  form.hidden = false;
  form.querySelector("[data-passkey-start]").addEventListener("click", async () => {
    failed.hidden = true;
    try {
      send(await (adds ? make() : use("optional")));
    } catch {
      failed.hidden = false;
    }
  });
  if (form.dataset.passkey !== "sign-in") return;
  // The browser lists passkeys below the field for the address. Whoever does not choose one is not told of a failure.
  keys.isConditionalMediationAvailable?.().then((offered) => offered && use("conditional").then(send, () => {}));
})();
