// Every page of the curators' desk: dark or light as in the player, at what was refused, and on phones the rail stands where one is.

import { start as startTheme } from "../js/theme.js";
import { start as startNames } from "./names.js";

startNames();
startTheme();
document.querySelector("#content [aria-invalid=true]")?.focus(); // what is to be mended may stand far below
document.querySelector(".rail [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
