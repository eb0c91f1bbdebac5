// On every page: the look, htmx with its rules, Alpine for small state, and the shell's own behaviour.
import "@tabler/core/dist/css/tabler.min.css";
import "./styles/tokens.css";
import "./styles/shell.css";
import "./styles/components.css";
import "./styles/document.css";
import "./styles/forms.css";
import "./styles/visit.css";
import "./styles/workshop.css";
import "./styles/touch.css";
import "./styles/print.css";
import "@tabler/core/dist/js/tabler.esm.min.js";
import Alpine from "@alpinejs/csp";
import "./lib/htmx-rules.js";
import "./lib/live.js";
import "./lib/shell.js";
import "./lib/countdown.js";
import { register } from "./lib/alpine-parts.js";

register(Alpine);
Alpine.start();
