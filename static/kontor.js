/* Kontor's own script: what HTML and htmx do not do by themselves. No dependencies; loaded in <head> before htmx. */
(() => {
  "use strict";
  const doc = document;
  const root = doc.documentElement;
  const one = (selector, from = doc) => from.querySelector(selector);
  const all = (selector, from = doc) => [...from.querySelectorAll(selector)];
  const words = (name) => one("#words")?.dataset[name] || "";

  // --- Trusted Types: every string that becomes HTML is parsed without running, then refused if it could run code.
  let inspecting = false;
  const dangerous = (tree) =>
    all("*", tree).some(
      (element) =>
        /^(script|iframe|object|embed|base)$/i.test(element.localName) ||
        [...element.attributes].some(
          ({ name, value }) => /^on|^srcdoc$/i.test(name) || /^[\s\0-\x1f]*(javascript|vbscript):/i.test(value.replace(/[\t\n\r]/g, "")),
        ) ||
        (element.content instanceof DocumentFragment && dangerous(element.content)),
    );
  const refuse = (what) => {
    throw new TypeError("Refused: " + what);
  };
  window.trustedTypes?.createPolicy("default", {
    createHTML(html) {
      if (inspecting) return html;
      inspecting = true;
      try {
        if (dangerous(new DOMParser().parseFromString(html, "text/html"))) refuse("markup that could run code");
      } finally {
        inspecting = false;
      }
      return html;
    },
    createScript: () => refuse("script from a string"),
    createScriptURL: () => refuse("script address from a string"),
  });

  // --- Speaking and telling
  const announce = (text) => {
    const live = one("#live");
    if (!live || !text) return;
    live.textContent = "";
    setTimeout(() => (live.textContent = text), 50);
  };
  const toast = (text, tone) => {
    const mount = one("#toasts");
    const pattern = one("#toast-pattern");
    if (!mount || !pattern || !text) return;
    const box = pattern.content.firstElementChild.cloneNode(true);
    box.dataset.tone = tone;
    one("[data-toast-text]", box).textContent = text;
    mount.append(box);
  };
  const sweepToasts = () =>
    all("#toasts [data-toast-seconds]:not([data-timed])").forEach((box) => {
      box.dataset.timed = "";
      const leave = () => (box.matches(":hover, :focus-within") ? setTimeout(leave, 2000) : box.remove());
      setTimeout(leave, 1000 * box.dataset.toastSeconds);
    });

  // --- Dialogs. #dialog is filled by htmx; others are opened by data-dialog-open="id".
  const openDialog = (dialog) => {
    const title = one("[data-dialog-title], h1, h2", dialog);
    if (title) {
      title.id ||= dialog.id + "-title";
      title.tabIndex = -1;
      dialog.setAttribute("aria-labelledby", title.id);
    }
    // A menu that was left is shut: what gets the focus back afterwards is its button.
    doc.activeElement?.closest("details[data-menu]")?.querySelector("summary").focus();
    if (!dialog.open) dialog.showModal();
    (one("[data-focus]", dialog) || title || dialog).focus();
  };
  const closeDialogs = () => all("dialog[open]").forEach((dialog) => dialog.close());

  // --- Copying
  const copy = async (button) => {
    const source = button.dataset.copyFrom && one("#" + CSS.escape(button.dataset.copyFrom));
    const text = button.dataset.copy || (source && (source.value ?? source.textContent)) || "";
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      source?.select?.();
      return toast(words("copyFailed"), "warn");
    }
    const said = button.dataset.copySaid || words("copied");
    const status = button.dataset.copyStatus && one("#" + CSS.escape(button.dataset.copyStatus));
    announce(said);
    if (status) status.hidden = false;
    const label = status && one("[data-copy-text]", status);
    if (label) label.textContent = said;
    button.dataset.copyDone = "";
    setTimeout(() => delete button.dataset.copyDone, 2500);
  };

  // --- Ticked rows
  const countTicked = (form) => {
    const boxes = all("[data-row]", form);
    const ticked = boxes.filter((box) => box.checked).length;
    all("[data-ticked]", form).forEach((place) => (place.textContent = ticked));
    form.toggleAttribute("data-any-ticked", ticked > 0);
    const master = one("[data-tick-all]", form);
    if (!master) return;
    master.checked = ticked > 0 && ticked === boxes.length;
    master.indeterminate = ticked > 0 && ticked < boxes.length;
  };

  // --- Leaving a page that would lose something
  let leaving = false;
  const wouldLose = () => !leaving && all("[data-leave-warning]").some((box) => box.dataset.leaveWarning !== "dirty" || "dirty" in box.dataset);
  addEventListener("beforeunload", (event) => wouldLose() && event.preventDefault());

  // --- What people do
  doc.addEventListener("click", (event) => {
    const hit = (selector) => event.target.closest?.(selector);
    const button = hit("[data-copy], [data-copy-from]");
    if (button) return copy(button);
    if (hit("[data-leave-ok]")) leaving = true;
    const opener = hit("[data-dialog-open]");
    if (opener) {
      event.preventDefault();
      return openDialog(one("#" + CSS.escape(opener.dataset.dialogOpen)));
    }
    const closer = hit("[data-dialog-close]");
    const dialog = closer?.closest("dialog");
    if (dialog) {
      event.preventDefault();
      return dialog.close();
    }
    hit("[data-toast-close]")?.closest("[data-toast]")?.remove();
    if (hit("[data-print]")) print();
    if (hit("[data-untick]")) {
      const form = event.target.closest("form");
      all("[data-row]", form).forEach((box) => (box.checked = false));
      countTicked(form);
    }
    const shown = hit("[data-show-for]");
    if (shown) {
      const field = one("#" + CSS.escape(shown.dataset.showFor));
      field.type = field.type === "password" ? "text" : "password";
      shown.setAttribute("aria-pressed", field.type === "text");
    }
    all("details[data-menu][open]").forEach((menu) => menu.contains(event.target) || (menu.open = false));
  });
  doc.addEventListener("input", ({ target }) => target.closest("[data-leave-warning=dirty]")?.setAttribute("data-dirty", ""));
  doc.addEventListener("change", ({ target }) => {
    if (target.matches("[data-tick-all]")) all("[data-row]", target.form).forEach((box) => (box.checked = target.checked));
    if (target.matches("[data-tick-all], [data-row]")) countTicked(target.form);
    if (target.matches("[data-submit-on-change]")) target.form.requestSubmit();
  });
  doc.addEventListener("keydown", (event) => {
    const typing = event.target.closest?.("input, textarea, select, [contenteditable]");
    if (event.key === "Escape") {
      all("details[data-menu][open]").forEach((menu) => {
        menu.open = false;
        one("summary", menu).focus();
      });
    }
    if (typing || event.ctrlKey || event.metaKey || event.altKey || one("dialog[open]")) return;
    const search = all("[data-search]").find((field) => field.checkVisibility());
    if (event.key === "/" && search) {
      event.preventDefault();
      search.focus();
    }
    if (event.key === "?" && one("#keys")) openDialog(one("#keys"));
  });
  doc.addEventListener("close", ({ target }) => target.id === "dialog" && target.replaceChildren(), true);

  // --- A form is sent once. Downloads stay on the page, so they say so and are left alone.
  const release = (form) => delete form?.dataset?.inFlight;
  doc.addEventListener(
    "submit",
    (event) => {
      if (!("inFlight" in event.target.dataset)) return;
      event.preventDefault();
      event.stopImmediatePropagation();
    },
    true,
  );
  doc.addEventListener("submit", (event) => {
    if (event.defaultPrevented || event.target.matches("[data-download], [method=dialog]")) return;
    leaving = true;
    event.target.dataset.inFlight = "";
  });
  addEventListener("pageshow", () => {
    leaving = false;
    all("form[data-in-flight]").forEach(release);
  });

  // --- htmx
  let busy = 0;
  const isPoll = (element) => /every/.test(element?.getAttribute?.("hx-trigger") || "");
  const setBusy = (step) => {
    busy = Math.max(0, busy + step);
    root.toggleAttribute("data-busy", busy > 0);
  };
  const formOf = (element) => element?.closest?.("form");
  const on = (name, work) => doc.addEventListener("htmx:" + name, work);
  on("configRequest", ({ detail }) => {
    // What a page fetches by itself says nothing about whether anybody is there.
    if (isPoll(detail.elt)) detail.headers["X-Poll"] = "1";
    if (detail.verb !== "get") detail.headers["X-CSRFToken"] = one("meta[name=csrf-token]")?.content || "";
  });
  on("beforeRequest", ({ detail }) => {
    if (isPoll(detail.elt)) return;
    setBusy(1);
    if (detail.requestConfig.verb !== "get") (formOf(detail.elt) || detail.elt).dataset.inFlight = "";
  });
  on("afterRequest", ({ detail }) => {
    if (!isPoll(detail.elt)) setBusy(-1);
    release(formOf(detail.elt) || detail.elt);
  });
  on("beforeSwap", (event) => {
    const { xhr, requestConfig } = event.detail;
    // A whole page instead of a fragment means that the session ended or the object moved: go there.
    if (xhr.status < 400 && /^\s*<!doctype/i.test(xhr.responseText)) {
      event.preventDefault();
      leaving = true;
      location.assign(requestConfig.verb === "get" || xhr.responseURL !== location.href ? xhr.responseURL : location.href);
    }
  });
  on("afterSwap", ({ detail }) => {
    if (detail.target.id === "dialog") detail.target.childElementCount ? openDialog(detail.target) : detail.target.close();
  });
  on("load", ({ detail }) => {
    sweepToasts();
    const place = detail.elt.matches?.("[data-focus]") ? detail.elt : one("[data-focus]", detail.elt);
    place?.focus();
    announce(detail.elt.dataset?.announce);
    all("form:has([data-row])").forEach(countTicked);
  });
  on("responseError", ({ detail: { xhr } }) => toast(words({ 403: "forbidden", 404: "gone", 409: "changed", 429: "slow" }[xhr.status] || "failed"), "bad"));
  on("sendError", () => toast(words("offline"), "bad"));
  on("timeout", () => toast(words("offline"), "bad"));
  on("swapError", () => toast(words("failed"), "bad"));
  addEventListener("offline", () => toast(words("offline"), "warn"));
  addEventListener("online", () => announce(words("online")));
  // Events that an answer may name in HX-Trigger.
  doc.addEventListener("announce", ({ detail }) => announce(detail.value));
  doc.addEventListener("dialog-close", closeDialogs);

  doc.addEventListener("DOMContentLoaded", () => {
    sweepToasts();
    one("[data-focus]")?.focus();
    all("form:has([data-row])").forEach(countTicked);
  });
})();
