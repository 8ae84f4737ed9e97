"""As much of libhomenode as the examples here need, by ctypes."""
import ctypes
import os

lib = ctypes.CDLL(os.environ.get("LIBHOMENODE", "libhomenode.so.0"))


class Error(ctypes.Structure):
    _fields_ = [("code", ctypes.c_int), ("text", ctypes.c_char * 1024)]


class Vnode(ctypes.Structure):
    _fields_ = [("size", ctypes.c_size_t), ("node", ctypes.c_uint), ("vcpus", ctypes.c_uint32),
                ("first_vcpu", ctypes.c_uint32), ("memory_bytes", ctypes.c_int64),
                ("spilled_bytes", ctypes.c_int64)]


class Price(ctypes.Structure):
    _fields_ = [("size", ctypes.c_size_t), ("bandwidth_bytes_per_s", ctypes.c_int64),
                ("latency_ps", ctypes.c_int64), ("slowdown_ppm", ctypes.c_int64)]


class Refused(Exception):
    """The sentence that libhomenode says."""


pointer, text, size64, count = ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int64, ctypes.c_uint
for name, result, arguments in (
        ("hn_host_parse", ctypes.c_int, (pointer, text, text, pointer)),
        ("hn_host_load", ctypes.c_int, (pointer, text, pointer)),
        ("hn_host_node_number", count, (pointer, count)),
        ("hn_state_new", pointer, (pointer,)), ("hn_state_free", None, (pointer,)),
        ("hn_state_set_free_bytes", ctypes.c_int, (pointer, count, size64, pointer)),
        ("hn_zone_new", pointer, (text,)), ("hn_zone_free", None, (pointer,)),
        ("hn_zone_set_vcpus", ctypes.c_int, (pointer, ctypes.c_uint32, ctypes.c_uint32, pointer)),
        ("hn_zone_set_static_memory", ctypes.c_int, (pointer, size64, pointer)),
        ("hn_policy_find", pointer, (text,)),
        ("hn_plan_new", pointer, ()), ("hn_plan_free", None, (pointer,)),
        ("hn_place", ctypes.c_int, (pointer, pointer, pointer, ctypes.c_uint64, pointer, pointer)),
        ("hn_plan_vnodes", count, (pointer,)),
        ("hn_plan_vnode", ctypes.c_int, (pointer, count, pointer, pointer)),
        ("hn_plan_cpus", ctypes.c_size_t, (pointer, count, text, ctypes.c_size_t)),
        ("hn_plan_price", ctypes.c_int, (pointer, pointer, pointer, pointer))):
    function = getattr(lib, name)
    function.restype, function.argtypes = result, arguments


def call(name, *arguments):
    """A function that can fail: its sentence is the exception's."""
    err = Error()
    if getattr(lib, name)(*arguments, ctypes.byref(err)):
        raise Refused(err.text.decode())


def host(path):
    out = pointer()
    call("hn_host_load", ctypes.byref(out), path.encode())
    return out


def place(state, name, vcpus, mib, policy="edera-compact"):
    """The plan of a zone; it lives as long as the program."""
    zone, plan = lib.hn_zone_new(name.encode()), lib.hn_plan_new()
    call("hn_zone_set_vcpus", zone, vcpus, vcpus)
    call("hn_zone_set_static_memory", zone, mib << 20)
    call("hn_place", lib.hn_policy_find(policy.encode()), state, zone, 0, plan)
    return plan


def vnodes(plan):
    """Of each vnode what is known of it, and its CPUs."""
    for i in range(lib.hn_plan_vnodes(plan)):
        vnode, cpus = Vnode(ctypes.sizeof(Vnode)), ctypes.create_string_buffer(4096)
        call("hn_plan_vnode", plan, i, ctypes.byref(vnode))
        lib.hn_plan_cpus(plan, i, cpus, len(cpus))
        yield vnode, cpus.value.decode()


def price(plan, state):
    out = Price(ctypes.sizeof(Price))
    call("hn_plan_price", plan, state, ctypes.byref(out))
    return out
