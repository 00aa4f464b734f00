package main

import (
	"fmt"
	"net/http"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"syscall"

	"github.com/spf13/cobra"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"
	"sigs.k8s.io/kube-network-policies/pkg/networkpolicy"
)

// The kernel's list of the queues that a program listens on; the first number of a line is that of the queue.
const openQueues = "/proc/net/netfilter/nfnetlink_queue"

// No table can have so long a name, so that the controller makes none: which packets come to the queue is for the rules of the
// node, which work on kernels without nftables' own queue, too, and which `down` removes with the others.
var noTable = strings.Repeat("-", 300)

// Decides about the first packet of a connection by the NetworkPolicies. The node's rules queue such packets.
func newNetworkPoliciesCommand() *cobra.Command {
	var kubeconfig, nodeName, healthAddress string
	var queue int
	command := &cobra.Command{
		Use:          "kube-network-policies",
		SilenceUsage: true,
		Args:         cobra.NoArgs,
		RunE: func(command *cobra.Command, _ []string) error {
			ctx, stop := signal.NotifyContext(command.Context(), os.Interrupt, syscall.SIGTERM)
			defer stop()
			config, err := clientcmd.BuildConfigFromFlags("", kubeconfig)
			if err != nil {
				return err
			}
			config.ContentType = "application/vnd.kubernetes.protobuf"
			client, err := kubernetes.NewForConfig(config)
			if err != nil {
				return err
			}
			objects := informers.NewSharedInformerFactory(client, 0)
			core := objects.Core().V1()
			controller, err := networkpolicy.NewController(client,
				objects.Networking().V1().NetworkPolicies(), core.Namespaces(), core.Pods(), nil, nil, nil, nil,
				// A queue that is full lets packets pass: most of them are of pods that no policy is about.
				networkpolicy.Config{NodeName: nodeName, QueueID: queue, NFTableName: noTable, FailOpen: true})
			if err != nil {
				return err
			}
			ended := make(chan error, 2)
			go func() { ended <- http.ListenAndServe(healthAddress, health(queue)) }()
			go func() { ended <- controller.Run(ctx) }()
			objects.Start(ctx.Done())
			return <-ended
		},
	}
	flags := command.Flags()
	flags.StringVar(&kubeconfig, "kubeconfig", "", "kubeconfig of the account that reads policies, namespaces and pods")
	flags.StringVar(&nodeName, "node-name", "", "name of this node")
	flags.StringVar(&healthAddress, "health-address", "", "host:port that answers 200 once packets are decided about")
	flags.IntVar(&queue, "queue", 0, "number of the netfilter queue")
	return command
}

// Answers 200 while this process listens on the queue.
func health(queue int) http.Handler {
	return http.HandlerFunc(func(response http.ResponseWriter, _ *http.Request) {
		lines, err := os.ReadFile(openQueues)
		if err != nil {
			http.Error(response, err.Error(), http.StatusInternalServerError)
			return
		}
		for _, line := range strings.Split(string(lines), "\n") {
			if fields := strings.Fields(line); len(fields) > 0 && fields[0] == strconv.Itoa(queue) {
				fmt.Fprintln(response, "ok")
				return
			}
		}
		http.Error(response, "the queue is not open yet", http.StatusServiceUnavailable)
	})
}
