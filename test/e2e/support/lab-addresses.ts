import { clusterAddresses } from "@canary-lab/embedded-cluster/node/network/addresses";
import { defaultNetwork } from "@canary-lab/embedded-cluster/node/network/chosen-network";

/** The addresses of the embedded lab: the commands under test have the environment of this process. */
export const labAddresses = clusterAddresses(process.env.CANARY_LAB_NETWORK || defaultNetwork);
