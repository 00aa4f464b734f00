/**
 * The mark of the last rollback before the command that runs the program, empty where there was none: `up` may have waited for minutes before
 * its engine began. Not set by plain `pulumi`.
 */
export const markVariable = "CANARY_LAB_ROLLED_BACK";
