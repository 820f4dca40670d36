// Every page of the curators' desk: dark or light as in the player.

import { start as startTheme } from "../js/theme.js";

startTheme();
