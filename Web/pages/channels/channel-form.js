// The form of a channel, in a dialog: one for each kind.
import { ask } from "../../elements/apus-dialog.js";
import { field, showFaults } from "../../elements/apus-field.js";
import { api, ApiProblem, etag } from "../../model/api.js";
import { element, fill } from "../../model/dom.js";
import { words } from "../../model/words.js";

const w = words.channels;
export const kinds = ["webhook", "slack"];

// Adds a channel, or edits this one; resolves with what the API answers, null when it was called off.
export async function editChannel(channel = null) {
    const name = element("input", { name: "name", required: true, maxlength: "200", autocomplete: "off", ".value": channel?.name ?? "" });
    const url = element("input", { name: "url", type: "url", autocomplete: "off", spellcheck: "false", placeholder: channel ? w.urlKept : "https://" });
    const type = element("select", { name: "type" }, kinds.map(kind => element("option", { value: kind }, w.kinds[kind])));
    type.value = channel?.type ?? "webhook";
    const isDefault = element("input", { type: "checkbox", checked: channel?.default ?? true });
    const enabled = element("input", { type: "checkbox", checked: channel?.enabled ?? true });
    const message = element("div", { class: "form-message", role: "alert" });
    const about = element("p", { class: "form-text" });
    const explain = () => fill(about, w.kindHints[type.value]);
    type.addEventListener("change", explain);
    explain();
    const form = element(
        "form",
        { class: "dialog-form", novalidate: true, onsubmit: event => event.preventDefault() },
        message,
        field({ label: w.kind, control: type, pointer: "/type" }),
        about,
        field({ label: w.name, control: name, pointer: "/name" }),
        field({ label: w.url, control: url, pointer: "/url", hint: w.urlHint }),
        field({ label: w.isDefault, control: isDefault, pointer: "/default", hint: w.isDefaultHint }),
        channel && field({ label: w.enabled, control: enabled, pointer: "/enabled" }),
    );
    let answer = null;
    const save = async () => {
        const body = { name: name.value.trim(), type: type.value, default: isDefault.checked };
        if (channel) body.enabled = enabled.checked;
        // What is set already never comes out; left empty it stays.
        if (url.value.trim() !== "" || !channel) body.url = url.value.trim();
        try {
            answer = channel ? await api.patch(`channels/${channel.id}`, body, { etag: etag(channel) }) : await api.post("channels", body);
            return true;
        } catch (problem) {
            if (!(problem instanceof ApiProblem)) throw problem;
            const rest = showFaults(form, problem);
            message.textContent = problem.errors.length === 0 || rest.length > 0 ? [problem.message, ...rest.map(fault => fault.detail)].join(" ") : "";
            return false;
        }
    };
    const dialog = ask({
        title: channel ? w.editTitle(channel.name) : w.add,
        content: form,
        buttons: [{ label: words.dialog.cancel }, { label: channel ? w.save : w.add, kind: "primary", value: true, before: save }],
    });
    form.addEventListener("submit", () => form.closest("dialog").querySelector(".btn-primary").click());
    name.focus();
    await dialog;
    return answer;
}
