export { browseServices } from './discovery/browse-services.ts';
export {
  findVxi11Servers,
  vxi11ListenMs,
  vxi11ServersMost,
} from './discovery/find-vxi11-servers.ts';
export type { FoundVxi11Server, SearchOptions } from './discovery/find-vxi11-servers.ts';
export type { FoundService } from './discovery/found-service.ts';
export { multicastDns } from './discovery/multicast-dns.ts';
export { broadcastInterfaces, isNeighbour } from './discovery/network-interfaces.ts';
export type { NetworkInterface } from './discovery/network-interfaces.ts';
export { FaultyLinks } from './faulty/faulty-links.ts';
export type { FaultyLinksOptions } from './faulty/faulty-links.ts';
export type {
  LinkFaultRule,
  OpenFault,
  ReportedError,
  TransferFault,
} from './faulty/link-fault.ts';
export { linkFaultRulesMost } from './faulty/link-fault-plan.ts';
export { HislipLink, hislipLinkFactory } from './hislip/hislip-link.ts';
export type { HislipLinkOptions } from './hislip/hislip-link.ts';
export { classifyLinkError } from './link-error.ts';
export type { LinkMedium } from './link-error.ts';
export type { Chunk, Link, LinkFactory, SerialLines } from './link.ts';
export { FileLock, lockFile } from './linux/file-lock.ts';
export { describeOpenProgram, findOpenPrograms } from './linux/open-programs.ts';
export type { OpenProgram, OpenPrograms } from './linux/open-programs.ts';
export { findSocketPrograms } from './linux/socket-programs.ts';
export { adapterOpenMs } from './prologix/adapter-connection.ts';
export { turnsBeforeSilentMost } from './prologix/adapter-line.ts';
export { adapterAnswerMs } from './prologix/adapter.ts';
export type { GpibAddress } from './prologix/gpib-address.ts';
export {
  adapterTurnMs,
  adapterUnreadMs,
  PrologixLink,
  prologixLinkFactory,
} from './prologix/prologix-link.ts';
export type { PrologixLinkOptions } from './prologix/prologix-link.ts';
export { adapterReadMsMost } from './prologix/read-mark.ts';
export { PrologixAdapters } from './prologix/shared-adapters.ts';
export { Pty } from './pty/pty.ts';
export type { PtyOptions } from './pty/pty.ts';
export { unreadBytesMost } from './pty/reply-queue.ts';
export { receivedBytesMost } from './receive-buffer.ts';
export {
  Rfc2217Link,
  rfc2217LinkFactory,
  serverAnswerMs,
  suspendedMsMost,
} from './rfc2217/rfc2217-link.ts';
export type { Rfc2217LinkOptions } from './rfc2217/rfc2217-link.ts';
export { listedDevicesMost, listSerialDevices } from './serial/list-serial-devices.ts';
export type { DeviceFolders, SerialDeviceEntry } from './serial/list-serial-devices.ts';
export { SerialLink, serialLinkFactory } from './serial/serial-link.ts';
export type { SerialBackend, SerialLinkOptions } from './serial/serial-link.ts';
export { baudRateMost, defaultSerialSettings, serialSettings } from './serial/serial-settings.ts';
export type { SerialSettings } from './serial/serial-settings.ts';
export { keepAliveMs } from './tcp/connect-socket.ts';
export type { SocketPlace } from './tcp/connect-socket.ts';
export { exchangeLinkFactory } from './tcp/exchange-link.ts';
export { TcpLink, tcpLinkFactory } from './tcp/tcp-link.ts';
export type { TcpLinkOptions } from './tcp/tcp-link.ts';
export { prologixTcpPort, visaLinkFactory } from './visa-link-factory.ts';
export type { VisaLinkOptions } from './visa-link-factory.ts';
export type {
  ControlRequest,
  TransferIn,
  TransferStatus,
  UsbtmcTransfers,
} from './usbtmc/transfers.ts';
export { controlMs } from './usbtmc/control.ts';
export { usbDeviceLinkFactory } from './usbtmc/usb-device.ts';
export type { UsbDeviceLinkOptions } from './usbtmc/usb-device.ts';
export { bulkOutMs, UsbtmcLink, usbtmcLinkFactory } from './usbtmc/usbtmc-link.ts';
export type { UsbtmcLinkOptions } from './usbtmc/usbtmc-link.ts';
export { availableSlots } from './visa-library/available-slots.ts';
export { listVisaResources, visaResourcesMost } from './visa-library/list-visa-resources.ts';
export type { ListVisaResourcesOptions } from './visa-library/list-visa-resources.ts';
export { visaLibraryNames } from './visa-library/load-visa-library.ts';
export {
  VisaLibraryLink,
  visaLibraryLinkFactory,
  visaOperationMs,
  visaReadMsMost,
} from './visa-library/visa-library-link.ts';
export type { VisaLibraryLinkOptions } from './visa-library/visa-library-link.ts';
export { connectRpc } from './vxi11/connect-rpc.ts';
export type { ConnectRpcOptions, RpcConnection } from './vxi11/connect-rpc.ts';
export type { RpcClient, RpcPatience } from './vxi11/rpc-client.ts';
export { Vxi11Link, vxi11LinkFactory } from './vxi11/vxi11-link.ts';
export type { Vxi11LinkOptions } from './vxi11/vxi11-link.ts';
export { EventFeed, eventsWaitingMost } from './worker/event-feed.ts';
export type { FedEvent } from './worker/event-feed.ts';
export { logLineLengthMost, logLinesPerSecondMost } from './worker/log-lines.ts';
export {
  nodeDataMib,
  nodeProcessWorkerFactory,
  processWorkerFactory,
} from './worker/process-worker.ts';
export type { NodeProcessWorkerOptions, ProcessWorkerOptions } from './worker/process-worker.ts';
export { callTimeoutMsDefault } from './worker/rpc/call-options.ts';
export type { CallOptions, CallStatistics, StrayReply } from './worker/rpc/call-options.ts';
export { waitingBytesMost } from './worker/rpc/channel.ts';
export type { ChannelUser, Posted, RpcChannel } from './worker/rpc/channel.ts';
export type { IncomingStatistics, RpcContext, RpcHandler } from './worker/rpc/incoming-calls.ts';
export { move } from './worker/rpc/moved-arrays.ts';
export { callsInFlightMost } from './worker/rpc/outgoing-calls.ts';
export { PortChannel } from './worker/rpc/port-channel.ts';
export { malformedBytesMost, requestsUnderWayMost, RpcPeer } from './worker/rpc/rpc-peer.ts';
export type { RpcPeerOptions, RpcStatistics } from './worker/rpc/rpc-peer.ts';
export { StreamChannel } from './worker/rpc/stream-channel.ts';
export { unnumberedAbandonedMost } from './worker/rpc/unnumbered-calls.ts';
export type {
  DescribedFunction,
  FunctionContext,
  WorkerFunction,
} from './worker/serve/function-table.ts';
export { serveWorker } from './worker/serve/serve-worker.ts';
export type { ServeOptions, WorkerHost } from './worker/serve/serve-worker.ts';
export { drainMsDefault, readyMsDefault, SupervisedWorker } from './worker/supervised-worker.ts';
export type { SupervisedWorkerOptions } from './worker/supervised-worker.ts';
export { givenUpMs, lingerMs, SharedWorker } from './worker/shared-worker.ts';
export { workerLinkFactory } from './worker/worker-link.ts';
export { threadWorkerFactory } from './worker/thread-worker.ts';
export type { ThreadWorkerOptions } from './worker/thread-worker.ts';
export { politeMsDefault } from './worker/worker-body.ts';
export type { WorkerBody, WorkerEnd, WorkerFactory } from './worker/worker-body.ts';
export type { WorkerLog, WorkerLogLevel } from './worker/worker-log.ts';
export type { WorkerFunctionFacts, WorkerIntroduction } from './worker/worker-introduction.ts';
export type {
  WorkerEvent,
  WorkerEvents,
  WorkerState,
  WorkerStatus,
} from './worker/worker-status.ts';
export { checkedUrl, HttpClient } from './http/http-client.ts';
export type { HttpResponse } from './http/http-answer.ts';
export type { HttpRequest } from './http/http-client.ts';
export { httpLinkFactory } from './http/http-link.ts';
export { HttpService } from './http/http-service.ts';
export type { HttpAuthorization, HttpServiceOptions } from './http/http-service.ts';
export { OAuthServer } from './http/oauth/oauth-server.ts';
export { SignIns } from './http/oauth/sign-ins.ts';
export { TokenFile } from './http/oauth/token-file.ts';
export { TokenStore } from './http/oauth/token-store.ts';
export type { SignInStatus, TokenStatistics } from './http/oauth/token-store.ts';
