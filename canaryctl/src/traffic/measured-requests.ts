/** Requests by which a split is measured where nobody says how many: at 10 %, one that is off by 7 points is told from a right one. */
export const measuredRequests = 400;
