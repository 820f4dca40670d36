// Every page of the curators' desk: dark or light as in the player, and on phones the rail stands where one is.

import { start as startTheme } from "../js/theme.js";
import { start as startNames } from "./names.js";

startNames();
startTheme();
document.querySelector(".rail [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
