// Search and filters of the list.
import { icon } from "../../elements/icon.js";
import { api } from "../../model/api.js";
import { element, fill } from "../../model/dom.js";
import { keyboard } from "../../model/keyboard.js";
import { regionName } from "../../model/regions.js";
import { words } from "../../model/words.js";

const patience = 200;

export class OverviewFilters extends HTMLElement {
    #search = element("input", {
        type: "search",
        class: "form-control",
        "aria-label": words.overview.filters.search,
        placeholder: words.overview.filters.searchHint,
        maxlength: "200",
        autocomplete: "off",
        spellcheck: "false",
    });
    #group = element("select", { class: "form-select", "aria-label": words.overview.filters.group });
    #tag = element("select", { class: "form-select", "aria-label": words.overview.filters.tag });
    #region = element("select", { class: "form-select", "aria-label": words.overview.filters.region });
    #byGroup = element("input", { type: "checkbox", class: "form-check-input", id: "by-group" });
    #values = {};
    #timer = null;
    #endKey = () => {};

    // { q, group, tag, region, by }
    set values(values) {
        this.#values = values;
        // Who is typing has the word: the space after a word, and what is not told yet.
        const q = values.q ?? "";
        if (this.#timer === null && this.#search.value.trim() !== q) this.#search.value = q;
        this.#byGroup.checked = values.by === "group";
        this.#chooseAll();
    }

    connectedCallback() {
        const w = words.overview.filters;
        this.#options(this.#group, w.allGroups, []);
        this.#options(this.#tag, w.allTags, []);
        this.#options(this.#region, w.allRegions, []);
        this.setAttribute("role", "search");
        fill(
            this,
            element("div", { class: "search-box" }, icon("search"), this.#search),
            this.#group,
            this.#tag,
            this.#region,
            element(
                "div",
                { class: "form-check" },
                this.#byGroup,
                element("label", { class: "form-check-label", for: "by-group" }, w.byGroup),
            ),
        );
        this.#search.addEventListener("input", () => {
            clearTimeout(this.#timer);
            this.#timer = setTimeout(() => this.#tellSearch(), patience);
        });
        this.#search.addEventListener("keydown", event => {
            if (event.key !== "Escape") return;
            if (this.#search.value === "") this.#search.blur();
            this.#search.value = "";
            this.#tellSearch();
        });
        this.#group.addEventListener("change", () => this.#tell({ group: this.#group.value }));
        this.#tag.addEventListener("change", () => this.#tell({ tag: this.#tag.value }));
        this.#region.addEventListener("change", () => this.#tell({ region: this.#region.value }));
        this.#byGroup.addEventListener("change", () => this.#tell({ by: this.#byGroup.checked ? "group" : "" }));
        this.#endKey = keyboard.on("/", words.help.search, () => {
            this.#search.focus();
            this.#search.select();
        });
        this.load();
    }

    disconnectedCallback() {
        clearTimeout(this.#timer);
        this.#endKey();
    }

    // Reads which groups, tags and regions there are; without them there is still the search.
    async load() {
        const w = words.overview.filters;
        const [groups, tags, regions] = await Promise.allSettled([api.get("groups"), api.get("tags"), api.get("regions")]);
        const named = (groups.value?.items ?? []).filter(({ group }) => group);
        this.#options(this.#group, w.allGroups, named.map(({ group, monitors }) => [group, `${group} (${monitors})`]));
        this.#options(this.#tag, w.allTags, (tags.value?.items ?? []).map(({ tag, monitors }) => [tag, `${tag} (${monitors})`]));
        this.#options(this.#region, w.allRegions, (regions.value?.items ?? []).map(({ region }) => [region, regionName(region)]));
        this.#chooseAll();
    }

    #chooseAll() {
        this.#choose(this.#group, this.#values.group);
        this.#choose(this.#tag, this.#values.tag);
        this.#choose(this.#region, this.#values.region);
    }

    #options(select, all, options) {
        fill(select, element("option", { value: "" }, all), options.map(([value, text]) => element("option", { value }, text)));
        select.hidden = options.length === 0;
    }

    #choose(select, value = "") {
        // An address may name a group that is gone.
        if (value && ![...select.options].some(option => option.value === value)) {
            select.append(element("option", { value }, value));
            select.hidden = false;
        }
        select.value = value;
    }

    #tellSearch() {
        clearTimeout(this.#timer);
        this.#timer = null;
        this.#tell({ q: this.#search.value.trim() });
    }

    #tell(changes) {
        this.dispatchEvent(new CustomEvent("change-filter", { detail: changes }));
    }
}

customElements.define("apus-overview-filters", OverviewFilters);
